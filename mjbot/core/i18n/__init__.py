"""Localization: the texts in every language, and the sanitizing of untrusted text for Discord."""
