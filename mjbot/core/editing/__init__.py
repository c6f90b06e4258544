"""Which edit goes to Discord next, and by which route. Pure."""
