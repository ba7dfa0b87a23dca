Feature: Beds and places
  Whoever looks for a free place trusts the overview.

  Rule: The overview is true

    @ADM-03 @R-ADM-03
    Scenario: Legevakt looks for a free room on the municipal emergency ward
      Given residents on the municipal emergency ward (ØHD), who move between its rooms many times, and some go home
      When legevakt opens the overview of the ward to find a free room
      Then each room is shown with the person who has it, and no other
