Feature: Looking up what is in the record
  A record grows for decades. Whoever looks something up gets all of it, and nothing about anybody else.

  Rule: A long list is shown whole

    @JRN-09 @R-JRN-09
    Scenario: Leafing through a week of home visits shows each visit once
      Given a resident whom home care visits many times a week
      When a nurse leafs through the visits, oldest first, a few at a time
      Then each visit is on exactly one page

  Rule: Nobody else's data

    @TIL-05 @R-TIL-05A
    Scenario: Looking up one resident never shows another
      Given two residents with diagnoses and medicines
      When a nurse looks up everything about one of them
      Then nothing about the other is shown

    @TIL-05 @R-TIL-05B
    Scenario: An attachment far too large is turned away
      Given a resident with a journal note to be written
      When somebody sends a note with an enormous attachment
      Then it is turned away and the record still answers

  Rule: What is in can be taken out

    @NFR-07 @R-NFR-07
    Scenario: Everything about a resident can be taken to another system
      Given a resident with a past and a week of care
      When everything about the resident is taken out page by page
      Then nothing is lost or changed on the way out

  Rule: Reports count what happened

    @RAP-01 @R-RAP-01
    Scenario: The contacts reported to KPR are the contacts that took place
      Given some residents with contacts during the week
      When the week's contacts are counted from the record
      Then the count is that of the contacts that took place
