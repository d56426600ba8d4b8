"""How load is offered. Knows neither model nor data: it drives a system under test by sample."""
