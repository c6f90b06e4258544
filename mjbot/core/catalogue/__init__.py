"""Every sentence that a person reads, one module a language."""
