"""Sources behind HTTP: what any REST API needs to be asked within a deadline, page by page."""
