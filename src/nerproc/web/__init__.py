"""The page that people look at in a browser: made on the server, whole without scripts but for live updates."""
