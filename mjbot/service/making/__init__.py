"""Making pictures: the commands that submit a prompt or a picture, and their cards."""
