"""Localization: the texts in every language, and untrusted text made safe for Discord. Pure."""
