Feature: Documents that follow the patient
  An epikrise is of use where the patient is. Documents are found by whoever may see them, come whole, and are hidden where the patient has hidden them.

  Rule: Others find the documents and get them whole

    @SAM-05 @R-SAM-05A
    Scenario: The hospital finds a resident's papers in the municipal record and opens them
      Given a resident with a letter, an epikrise, and an older epikrise that it replaces
      When the hospital looks up the resident's current papers and opens each
      Then they are the current ones, and each is whole

  Rule: Content is seen by whoever may see the document

    @TIL-02 @R-TIL-02D
    Scenario: Nobody opens the content of a paper they may not see
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When papers are written, one of them blocked (sperret), and opened by different people
      Then each opens what they may see, and nothing else

  Rule: The record finds what others hold

    @SAM-05 @R-SAM-05B
    Scenario: Home care finds the hospital's epikrise
      Given a resident of whom a hospital holds an epikrise and a paper that is blocked
      When home care looks for papers elsewhere, also while nobody there answers
      Then the epikrise is found whole with where it is from, and nobody believes that there is none
