"""What the provider tells us: webhooks as rows of the inbox, and its list of payments compared with ours each day."""
