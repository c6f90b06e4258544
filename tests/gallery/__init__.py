"""Pictures of every card there is: `make pictures` draws them anew into docs/cards/."""
