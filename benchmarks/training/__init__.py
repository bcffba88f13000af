"""Makes the learned parts of the pre-screen from the snippets in corpus/: see docs/prescreen.md, "Training"."""
