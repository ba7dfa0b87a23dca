Feature: The past comes along
  When a municipality changes to the common record, what its old systems know of a person must be there the next morning: all of it, unchanged, and on the right person.

  Rule: Everything arrives, unchanged, on the right person

    @MIG-01 @R-MIG-01
    Scenario: The pasts of two residents are moved from an old system
      Given two residents whose long pasts lie in an old system
      When all of it is moved into the record, portion by portion
      Then each type of information is complete and unchanged, and nobody has got anything of the other's
