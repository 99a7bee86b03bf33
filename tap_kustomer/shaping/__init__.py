"""From a JSON:API resource to a flat record."""
