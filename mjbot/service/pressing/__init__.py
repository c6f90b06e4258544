"""The services for presses of a task's buttons, and for the modals that some of the buttons open."""
