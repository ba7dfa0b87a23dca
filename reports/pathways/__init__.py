"""A pathway explained on a page of its own, made from its YAML: who, how often, steps, deadlines, sources, picture."""

from reports.pathways.pages import Shelf, index_page, pathway_page

__all__ = ["Shelf", "index_page", "pathway_page"]
