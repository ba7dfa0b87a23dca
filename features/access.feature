Feature: Who is let in, and what they see
  A record shared by everybody is safe only when it knows who asks, opens for those who need it, and tells the resident who came.

  Rule: Nobody is let in on a wrong token or attest

    @TIL-01 @R-TIL-01A
    Scenario: Tokens and proofs that are expired, forged or for somebody else open nothing
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When every wrong token and every wrong proof is tried
      Then all of them are turned away and the sound one is let in

    @TIL-01 @R-TIL-01B
    Scenario: An attest that is too old, about somebody else or without authorisation opens nothing
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the nurse comes with attests that do not hold
      Then only the attest that holds opens the record

  Rule: Access needs a relation, or a reason that is logged

    @TIL-02 @R-TIL-02A
    Scenario: A curious nurse finds nothing about a resident she does not look after
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the nurse in charge and a nurse from another service look for everything about the resident
      Then only the nurse in charge finds it

    @TIL-02 @R-TIL-02B
    Scenario: Breaking the glass opens the record, and the resident sees who did it and why
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When a nurse from another service breaks the glass, first without a reason and then with one
      Then the record opens for the reason only, and the reason is in the resident's log

    @TIL-02 @R-TIL-02C
    Scenario: A case officer sees the services, not the diagnoses
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When a case officer opens the case and looks for everything else
      Then the services are found and nothing clinical

    @TIL-06 @R-TIL-06
    Scenario: Whoever runs the system reads no clinical content
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When an operator looks for everything about the resident
      Then the operator finds nothing about the resident

    @GRU-02 @R-GRU-02
    Scenario: A clinician who loses the authorisation loses access at once
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the nurse's authorisation is taken away between two looks
      Then the first look is answered and the second is not

    @GRU-02 @R-GRU-02B
    Scenario: HPR is down for a while
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the nurse looks before HPR goes down, while it is down, and when it is up again
      Then the nurse is let in before and after, and told in between that HPR does not answer

  Rule: Residents decide who sees what

    @INN-02 @R-INN-02
    Scenario: A resident blocks a diagnosis for the neighbour who is a nurse
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the resident blocks a diagnosis for the nurse, who then looks for it in every way
      Then it is as if the diagnosis never was, until the glass is broken

    @INN-03 @R-INN-03
    Scenario: A parent sees the young child's record, part of the teenager's, and nothing from sixteen
      Given professionals and residents sign in one by one
      And a parent with children of eight, fourteen and seventeen years
      When the parent opens the children's records on Helsenorge
      Then age decides what the parent sees

    @TIL-07 @R-TIL-07
    Scenario: Where somebody in hiding lives is shown to nobody
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the resident's address is protected by code 6 and the nurse looks for it in every way
      Then the address is nowhere to be found

    @TIL-07 @R-TIL-07B
    Scenario: Where somebody was in hiding is not told afterwards
      Given professionals and residents sign in one by one
      And a resident whom home care looks after
      When the address protected by code 6 is exchanged for an open one, and the nurse looks at what was before
      Then the open address is shown, and the former one nowhere
