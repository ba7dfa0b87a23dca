Feature: What happens to people
  Folkeregisteret knows first who was born, who died, who moved and who is in hiding; the record is to know it at once.

  Rule: What Folkeregisteret tells is so in the record

    @GRU-01 @R-GRU-01B
    Scenario: A name, a move, a death, a new number and a birth
      Given residents whom both Folkeregisteret and the record know
      When one takes another name, one moves, one dies, one gets a new number, and a child is born
      Then each is in the record as Folkeregisteret says, and nobody else has changed

    @GRU-01 @R-GRU-01C
    Scenario: Events come twice, in another order, after an outage, and with somebody else's data
      Given residents whom both Folkeregisteret and the record know
      When Folkeregisteret repeats itself and mixes up the order of two names
      And one dies while Folkeregisteret is down
      And Folkeregisteret answers with somebody else's data about one who takes another name
      Then each is in the record as Folkeregisteret means, and at no time as somebody else

    @GRU-01 @R-GRU-01D
    Scenario: Somebody goes into hiding, and may come out again
      Given two neighbours whom both Folkeregisteret and the record know
      When one gets a strictly protected address (kode 6), and later loses the protection
      Then the address is nowhere to be seen as long as it is protected
