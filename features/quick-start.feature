Feature: The first request

  A merchant's first session needs an email, an amount, a currency and one line, a secret key, and
  the time in milliseconds.

  Tagged our-choice, the guide is silent and the outcome is how we read it.

  Rule: The smallest request is enough

    @QS-02
    Scenario: A one-time purchase
      When this body is posted
        """
        {
          "customerEmail": "NEW_EMAIL",
          "originalAmount": 12.34,
          "originalCurrency": "USD",
          "uiMode": "hostedPage",
          "priceDataList": [
            { "name": "Fountain pen", "quantity": 1, "unitAmount": 12.34, "currency": "USD" }
          ]
        }
        """
      Then the session is for a new customer
      And the session, read back, has
        | amount   | 12.34                       |
        | currency | USD                         |
        | mode     | hostedPage                  |
        | lines    | 1 Fountain pen at 12.34 USD |
      And the new email now leads to the new customer

    @QS-02
    Scenario: What was answered is what is read back
      Given a session
      When the session is read back
      Then it is for the customer it was created for
      And the answer says the same

    @QS-03
    Scenario Outline: An amount is a number without quotes (<amount>)
      When this body is posted
        """
        {
          "customerEmail": "NEW_EMAIL",
          "originalAmount": <amount>,
          "originalCurrency": "USD",
          "uiMode": "hostedPage",
          "priceDataList": [
            { "name": "Ink", "quantity": 1, "unitAmount": <amount>, "currency": "USD" }
          ]
        }
        """
      Then the session is for a new customer
      And the session, read back, has
        | amount | <amount>               |
        | lines  | 1 Ink at <amount> USD  |

      Examples:
        | amount |
        | 7      |
        | 7.0    |
        | 0.07   |
        | 1999   |

    @QS-03 @FR-16 @our-choice
    Scenario Outline: An amount in quotes is refused (<which>)
      When this body is posted
        """
        {
          "customerEmail": "NEW_EMAIL",
          "originalAmount": <total>,
          "originalCurrency": "USD",
          "uiMode": "hostedPage",
          "priceDataList": [
            { "name": "Ink", "quantity": 1, "unitAmount": <unit>, "currency": "USD" }
          ]
        }
        """
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | which           | total  | unit   |
        | the total       | "7.50" | 7.50   |
        | the unit amount | 7.50   | "7.50" |
        | both            | "7.50" | "7.50" |

  Rule: The key and the time stand in the headers

    @QS-01
    Scenario Outline: The key is <key>
      When a session is asked for with <key> as its key
      Then Clink turns the request away
      And the new email still belongs to nobody

      Examples:
        | key                |
        | nothing            |
        | pk_test_publishing |
        | nonsense           |

    @QS-01
    Scenario Outline: The timestamp is <timestamp>
      When a session is asked for with <timestamp> as its timestamp
      Then Clink turns the request away
      And the new email still belongs to nobody

      Examples:
        | timestamp           |
        | nothing             |
        | the time in seconds |

    @QS-01 @our-choice
    Scenario Outline: The timestamp is not of now (<timestamp>)
      When a session is asked for with <timestamp> as its timestamp
      Then Clink turns the request away
      And the new email still belongs to nobody

      Examples:
        | timestamp |
        | yesterday |
        | tomorrow  |
        | soon      |

    @QS-01 @our-choice
    Scenario: The body does not say that it is JSON
      When a session is asked for as plain text
      Then Clink refuses
      And the new email still belongs to nobody
