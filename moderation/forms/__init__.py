"""What people type, checked and turned into values. forms.Form only; must not know what becomes of it."""
