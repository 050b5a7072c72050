"""Published tables as a source: read as they were published, with their publisher's protection."""
