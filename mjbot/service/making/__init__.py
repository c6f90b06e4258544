"""The commands that submit a prompt or pictures to the image service, and the cards for their results."""
