Feature: Where the buyer is sent

  A hosted session sends the buyer on to the merchant's success URL after a payment, or to its
  cancel URL. An embedded session hands the buyer back at its return URL.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to pay or to leave.

  Rule: A URL that could run a script is refused

    @RD-11 @our-choice
    Scenario Outline: A hosted session with success URL <success> and cancel URL <cancel>
      When a hosted session is created with success URL <success> and cancel URL <cancel>
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | success                     | cancel                    |
        | javascript:alert(1)         | https://shop.example/cart |
        | JavaScript:alert(1)         | https://shop.example/cart |
        | data:text/html,hello        | https://shop.example/cart |
        | https://shop.example/thanks | javascript:alert(1)       |
        | https://shop.example/thanks | data:text/html,hello      |

      Examples: no place on the web
        | success                           | cancel                          |
        | https://shop.example:99999/thanks | https://shop.example/cart       |
        | https://shop.example/thanks       | https://shop.example:99999/cart |

    @RD-11 @our-choice
    Scenario Outline: An embedded session with return URL <return>
      When an embedded session is created with return URL <return>
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | return                     |
        | javascript:alert(1)        |
        | data:text/html,hello       |
        | https://shop.example:99999 |

    @RD-11 @our-choice
    Scenario Outline: A URL with a blank in it (<field>)
      When a session is created with
        | <field> | https://shop.example/thank you |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | field       |
        | success URL |
        | cancel URL  |

    @RD-11 @our-choice
    Scenario Outline: A picture of a line is on the web (<picture>)
      When a session is created with
        | line with a picture | <picture> |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | picture                            |
        | javascript:alert(1)                |
        | https://shop.example:99999/pen.png |

    @RD-11 @our-choice
    Scenario: A line may have a picture
      When a session is created with
        | line with a picture | https://shop.example/pen.png |
      Then Clink accepts

    @RD-11 @our-choice
    Scenario: The scheme may be written in capitals
      When a hosted session is created with success URL HTTPS://shop.example/thanks and cancel URL Http://shop.example/cart
      Then Clink accepts

    @RD-11 @our-choice
    Scenario: A shop under development may stand on the merchant's own machine
      When a hosted session is created with success URL http://localhost:3000/thanks and cancel URL http://127.0.0.1:3000/cart
      Then Clink accepts

  @buyer
  Rule: A hosted session sends the buyer on with the session id

    Scenario Outline: After a payment from <success> on
      Given a hosted session with success URL <success> and cancel URL https://shop.example/cart
      When the buyer pays
      Then the buyer is sent to <sent>

      @RD-04
      Examples: without a query
        | success                     | sent                                             |
        | https://shop.example        | https://shop.example?sessionId=SESSION_ID        |
        | https://shop.example/thanks | https://shop.example/thanks?sessionId=SESSION_ID |

      @RD-04
      Examples: with a query
        | success                               | sent                                                       |
        | https://shop.example?custom=x         | https://shop.example?custom=x&sessionId=SESSION_ID         |
        | https://shop.example/thanks?a=1&b=%20 | https://shop.example/thanks?a=1&b=%20&sessionId=SESSION_ID |

      @RD-04 @our-choice
      Examples: with a query that waits for more
        | success                          | sent                                                  |
        | https://shop.example/paid?       | https://shop.example/paid?sessionId=SESSION_ID        |
        | https://shop.example/paid?a=1&   | https://shop.example/paid?a=1&sessionId=SESSION_ID    |

      @RD-04 @RD-11 @our-choice
      Examples: a fragment stays at the end
        | success                             | sent                                                     |
        | https://shop.example/thanks#top     | https://shop.example/thanks?sessionId=SESSION_ID#top     |
        | https://shop.example/thanks?a=1#top | https://shop.example/thanks?a=1&sessionId=SESSION_ID#top |
        | https://shop.example/#/thanks?a=1   | https://shop.example/?sessionId=SESSION_ID#/thanks?a=1   |

      @RD-04 @RD-11 @our-choice
      Examples: a session id that stands there already stays
        | success                                  | sent                                                          |
        | https://shop.example/thanks?sessionId=my | https://shop.example/thanks?sessionId=my&sessionId=SESSION_ID |

    @ST-04
    Scenario: After a payment that failed the buyer stays, and may try again
      Given a hosted session with success URL https://shop.example/thanks and cancel URL https://shop.example/cart
      When the buyer's payment fails
      Then the buyer is not sent anywhere
      And the session is still open and unpaid

    @RD-04
    Scenario: The second attempt succeeds
      Given a hosted session with success URL https://shop.example/thanks and cancel URL https://shop.example/cart
      And the buyer's payment failed
      When the buyer pays
      Then the buyer is sent to https://shop.example/thanks?sessionId=SESSION_ID

    @RD-05
    Scenario Outline: The buyer leaves for <cancel>
      Given a hosted session with success URL https://shop.example/thanks and cancel URL <cancel>
      When the buyer leaves
      Then the buyer is sent to <cancel>

      Examples:
        | cancel                            |
        | https://shop.example              |
        | https://shop.example/home/        |
        | https://shop.example/cart         |
        | https://shop.example/cart?a=1#top |

    @RD-05 @our-choice
    Scenario: A session the buyer left is still open
      Given a hosted session with success URL https://shop.example/thanks and cancel URL https://shop.example/cart
      When the buyer leaves
      Then the session is still open and unpaid

    @RD-06
    Scenario: The session id reads the paid session
      Given a hosted session with success URL https://shop.example/thanks?order=7 and cancel URL https://shop.example/cart
      When the buyer's payment succeeds
      Then the session id the buyer brings back reads the paid session

    @RD-12 @our-choice
    Scenario: Without a success URL the buyer stays after paying
      Given a hosted session with success URL none and cancel URL none
      When the buyer pays
      Then the buyer is not sent anywhere

    @RD-12 @our-choice
    Scenario: Without a cancel URL the buyer has nowhere to leave for
      Given a hosted session with success URL none and cancel URL none
      When the buyer leaves
      Then the buyer is not sent anywhere

  @buyer
  Rule: An embedded session hands the buyer back with the session id where the merchant wants it

    Scenario Outline: After a payment back to <return>
      Given an embedded session with return URL <return>
      When the buyer pays
      Then the buyer is sent to <sent>

      @RD-07
      Examples: the place for the session id is filled
        | return                                                         | sent                                                |
        | https://shop.example/complete?session_id={ELEMENTS_SESSION_ID} | https://shop.example/complete?session_id=SESSION_ID |
        | https://shop.example/{ELEMENTS_SESSION_ID}/complete            | https://shop.example/SESSION_ID/complete            |

      @RD-07 @RD-13 @our-choice
      Examples: every place is filled
        | return                                                                           | sent                                                           |
        | https://shop.example/{ELEMENTS_SESSION_ID}?id={ELEMENTS_SESSION_ID}              | https://shop.example/SESSION_ID?id=SESSION_ID                  |
        | https://shop.example/complete?id={ELEMENTS_SESSION_ID}&a=1#{ELEMENTS_SESSION_ID} | https://shop.example/complete?id=SESSION_ID&a=1#SESSION_ID     |

      @RD-07 @RD-13 @our-choice
      Examples: an encoded place is filled
        | return                                                     | sent                                        |
        | https://shop.example/complete?id=%7BELEMENTS_SESSION_ID%7D | https://shop.example/complete?id=SESSION_ID |
        | https://shop.example/complete?id=%7bELEMENTS_SESSION_ID%7d | https://shop.example/complete?id=SESSION_ID |

      @RD-07 @RD-13 @our-choice
      Examples: without a place nothing is added
        | return                                     | sent                                       |
        | https://shop.example/complete              | https://shop.example/complete              |
        | https://shop.example/complete?id={SESSION} | https://shop.example/complete?id={SESSION} |

    @RD-06
    Scenario: The session id filled in reads the paid session
      Given an embedded session with return URL https://shop.example/complete?session_id={ELEMENTS_SESSION_ID}
      When the buyer's payment succeeds
      Then the session id the buyer brings back reads the paid session
