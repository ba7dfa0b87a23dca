Feature: The municipality's own systems
  Archive, letter box, accounts and roster know what the record knows, without anybody writing it down twice.

  Rule: A decision letter is archived, and reaches whoever applied

    @ADM-05 @R-ADM-05A
    Scenario: A letter is archived although the archive is down
      Given a resident who has applied for home care
      When the case officer writes the decision letter while the archive (NOARK) is down
      Then the archive has the letter once, with its document

    @ADM-05 @R-ADM-05B
    Scenario: A letter is sent although the receipt is lost
      Given a resident who has applied for home care
      When the case officer writes the decision letter and the receipt of SvarUt (FIKS) is lost
      Then one letter is in the resident's letter box, with its document

  Rule: What is granted is paid for, as long as it lasts

    @ADM-05 @R-ADM-05C
    Scenario: A service is granted, and ends
      Given a resident who has applied for home care
      When home care is granted, and ended four days later
      Then the accounts have the service once, with its beginning and its end

  Rule: Roster and record agree on who is on duty

    @ADM-05 @R-ADM-05D
    Scenario: A shift is moved, and told twice
      Given a nurse in home care who is on the roster
      When the roster (turnus) moves the nurse's shift, and tells everything twice
      Then the record has one shift for the nurse, as it was moved
