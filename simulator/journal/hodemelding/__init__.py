"""The edge to XML: Hodemelding v1.2 with PLO v1.6 and AppRec v1.0, read into message Bundles and written from them."""
