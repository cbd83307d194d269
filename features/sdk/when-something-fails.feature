Feature: What the SDK makes of a failure
  Clink keeps no idempotency: the same create sent twice is two sessions. So the SDK sends a create
  once, whatever becomes of it, and says what is known: NotSent, Rejected or Unknown.

  Rule: A create is sent once, whatever becomes of it

    @MR-02
    Scenario Outline: <fault> in place of the create
      Given the next create meets <fault>, before it takes effect
      When the shop creates the session of the quick start
      Then the SDK reports <outcome>
      And the create was sent once
      And 0 sessions exist
      And nothing the SDK said shows a secret

      Examples: Clink says no
        | fault                     | outcome  |
        | HTTP 401                  | Rejected |
        | HTTP 409                  | Rejected |
        | HTTP 429                  | Rejected |
        | an envelope that says 400 | Rejected |

      Examples: nobody knows
        | fault                     | outcome |
        | HTTP 500                  | Unknown |
        | HTTP 503                  | Unknown |
        | an envelope that says 500 | Unknown |
        | a proxy's page under 502  | Unknown |
        | a proxy's page under 200  | Unknown |
        | an empty body             | Unknown |
        | a reset connection        | Unknown |
        | a closed connection       | Unknown |
        | half an answer            | Unknown |
        | silence                   | Unknown |

    @MR-02
    Scenario Outline: <fault> after the session was made
      Given the next create meets <fault>, after it takes effect
      When the shop creates the session of the quick start
      Then the SDK reports <outcome>
      And the create was sent once
      And 1 session exists
      And nothing the SDK said shows a secret

      Examples: the answer is lost
        | fault                     | outcome |
        | HTTP 500                  | Unknown |
        | HTTP 503                  | Unknown |
        | an envelope that says 500 | Unknown |
        | a proxy's page under 502  | Unknown |
        | a proxy's page under 200  | Unknown |
        | an empty body             | Unknown |
        | a reset connection        | Unknown |
        | a closed connection       | Unknown |
        | half an answer            | Unknown |
        | silence                   | Unknown |

      # A no is believed: a server that says no and makes the session all the same cannot be told
      # from one that does what it says.
      Examples: the answer is a lie
        | fault                     | outcome  |
        | HTTP 401                  | Rejected |
        | HTTP 409                  | Rejected |
        | HTTP 429                  | Rejected |
        | an envelope that says 400 | Rejected |

    @MR-02
    Scenario: Values nobody has heard of in the answer
      Given the next create meets unknown values, after it takes effect
      When the shop creates the session of the quick start
      Then the SDK hands over the session, its mode being "unheardOf"
      And the create was sent once
      And 1 session exists

    @MR-02
    Scenario Outline: After <fault>, the next create is a request of its own
      Given the next create meets <fault>, before it takes effect
      When the shop creates the session of the quick start
      And the shop creates the session of the quick start once more
      Then the SDK hands over the session
      And the create was sent 2 times
      And 1 session exists

      Examples:
        | fault               |
        | HTTP 503            |
        | a reset connection  |
        | a closed connection |
        | half an answer      |

    @MR-02
    Scenario Outline: A create on the heels of a read whose connection was <broken>
      Given the shop read a session, and its connection was <broken>
      When the shop creates the session of the quick start
      Then the SDK hands over the session
      And the create was sent once
      And 1 session exists

      Examples:
        | broken |
        | reset  |
        | closed |

  Rule: A read changes nothing, so it is repeated while that may help

    @MR-02 @RD-06
    Scenario Outline: <fault> in place of a read
      Given a session for the email a@example.com
      And the next read meets <fault>
      When the shop reads the session that was made
      Then the read was sent 2 times
      And the shop has read the session that was made
      And the create was sent once
      And 1 session exists

      Examples:
        | fault                     |
        | HTTP 500                  |
        | HTTP 503                  |
        | an envelope that says 500 |
        | a proxy's page under 502  |
        | a reset connection        |
        | a closed connection       |
        | half an answer            |

    @MR-02 @RD-06
    Scenario Outline: <fault> in place of a read is believed
      Given a session for the email a@example.com
      And the next read meets <fault>
      When the shop reads the session that was made
      Then the read was sent once
      And the SDK reports Rejected
      And nothing the SDK said shows a secret

      Examples:
        | fault                     |
        | HTTP 401                  |
        | HTTP 409                  |
        | an envelope that says 400 |

  Rule: What never reached Clink may be sent again

    @MR-02
    Scenario: Nobody listens
      Given nobody listens where the shop sends
      When the shop creates the session of the quick start
      Then the SDK reports NotSent
      And no request was sent
      And nothing the SDK said shows a secret

    @MR-02
    Scenario: The server speaks no TLS
      Given the server speaks no TLS where the shop expects it
      When the shop creates the session of the quick start
      Then the SDK reports NotSent
      And no request was sent
      And 0 sessions exist
      And nothing the SDK said shows a secret

  Rule: A refusal by a rule is a refusal

    @CR-07 @MR-02
    Scenario: Email and reference of two customers
      Given a session for the email a@example.com
      And a session for the reference user-42
      When the shop creates a session for the email a@example.com and the reference user-42
      Then the SDK reports Rejected and names CUSTOMER_IDENTIFIER_NOT_MATCHED
      And the create was sent 3 times
      And 2 sessions exist
      And nothing the SDK said shows a secret

  Rule: An unknown outcome leads on

    @MR-01 @MR-02 @MR-07
    Scenario: The purchase is found by the merchant's reference
      Given the next create meets a reset connection, after it takes effect
      When the shop creates a session with a merchant reference
      And the buyer pays the session that was made
      Then the SDK reports Unknown
      And the shop finds one paid order by its reference, of the session that was made
