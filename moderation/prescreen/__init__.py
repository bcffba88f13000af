from moderation.prescreen.contract import Kind, Rule
