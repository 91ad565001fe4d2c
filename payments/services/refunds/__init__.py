"""Refunds as the desk sees them; how one goes through the provider is in provider_refunds."""
