"""A study's page: what changes between its alternatives and what does not, with intervals, pictures and its method."""

from reports.studies.page import study_page

__all__ = ["study_page"]
