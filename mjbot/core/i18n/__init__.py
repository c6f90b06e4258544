"""Pure localization: the texts in every language, and the cleaning of untrusted text for Discord."""
