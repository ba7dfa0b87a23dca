Feature: Where an entry comes from
  Whoever reads an entry must be able to tell who wrote it, for whom and when, also of what was corrected since.

  Rule: Every change tells who made it

    @JRN-04 @R-JRN-04C
    Scenario: A nurse writes a note and corrects it, and somebody asks who wrote what
      Given a resident about whom two nurses of home care write
      When one nurse writes a note and the other corrects it, and somebody asks who wrote each version
      Then each version tells who wrote it, for which service and when
