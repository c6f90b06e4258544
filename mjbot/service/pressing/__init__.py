"""Presses of a task's buttons, and the modals that some of them need."""
