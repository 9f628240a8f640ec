"""Time stamps of an authority (RFC 3161) over a digest: asked for over the network, checked offline."""
