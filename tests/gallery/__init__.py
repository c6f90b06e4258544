"""The card gallery: sample cards for every state, drawn into docs/cards/ by `make pictures`."""
