Feature: The QR code that opens at once

  A merchant may wish that the checkout opens with the QR code of a payment method. The wish counts
  when the method is also the preselected one and the checkout offers it; otherwise it is ignored.
  Opening the code does not pay.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to look at the checkout; tagged page, on the page itself.

  @buyer
  Rule: The wish counts for the preselected method that the checkout offers

    @QR-01
    Scenario: Cash App is wished, preselected and offered
      When a session is created with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      Then Clink accepts
      And CASHAPP is selected at first
      And a buyer in US sees the QR code of CASHAPP at once

    @QR-01
    Scenario: Without the wish the checkout opens as usual
      When a session is created with
        | payment method | CASHAPP |
        | QR method      | none    |
      Then Clink accepts
      And CASHAPP is selected at first
      And a buyer in US sees no QR code at once

    @QR-01
    Scenario: In a subscription as in a purchase
      Given Pro is a product with a monthly price of 19.99 USD
      When a session for Pro is created with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      Then Clink accepts
      And a buyer in US sees the QR code of CASHAPP at once

    @QR-02
    Scenario: QRIS where it is offered
      When a session is created with
        | payment method | QRIS |
        | QR method      | QRIS |
      Then Clink accepts
      And a buyer in ID sees the QR code of QRIS at once

  @buyer
  Rule: Otherwise the wish is ignored, and the session is like any other

    @QR-03
    Scenario Outline: The preselected method is another (<selected>)
      When a session is created with
        | payment method | <selected> |
        | QR method      | CASHAPP    |
      Then Clink accepts
      And a buyer in US is offered CASHAPP
      And a buyer in US sees no QR code at once

      Examples:
        | selected |
        | none     |
        | CARD     |
        | PAYPAL   |
        | QRIS     |

    @QR-04
    Scenario: The method is hidden
      When a session is created with
        | payment method | CASHAPP |
        | hidden methods | CASHAPP |
        | QR method      | CASHAPP |
      Then Clink accepts
      And a buyer in US is not offered CASHAPP
      And a buyer in US sees no QR code at once

    @QR-04 @our-choice
    Scenario Outline: The method is not offered where the buyer is (<method> in <country>)
      When a session is created with
        | payment method | <method> |
        | QR method      | <method> |
      Then Clink accepts
      And a buyer in <country> is not offered <method>
      And a buyer in <country> sees no QR code at once

      Examples:
        | method  | country |
        | CASHAPP | DE      |
        | CASHAPP | BR      |
        | QRIS    | US      |

    @QR-04 @our-choice
    Scenario: The method is not offered for a subscription
      Given Pro is a product with a monthly price of 19.99 USD
      When a session for Pro is created with
        | payment method | QRIS |
        | QR method      | QRIS |
      Then Clink accepts
      And a buyer in ID is not offered QRIS
      And a buyer in ID sees no QR code at once

    @QR-04
    Scenario Outline: A session whose wish is ignored can be paid (<selected> selected, <hidden> hidden)
      Given a session with
        | payment method | <selected> |
        | hidden methods | <hidden>   |
        | QR method      | CASHAPP    |
      When the buyer's payment succeeds
      Then the session is completed and paid

      Examples:
        | selected | hidden  |
        | CARD     | none    |
        | none     | none    |
        | CASHAPP  | CASHAPP |

  Rule: Only some methods have a code that can open

    @QR-02
    Scenario Outline: No code of <method> can be opened
      When a session is created with
        | QR method | <method> |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | method |
        | CARD   |
        | WECHAT |
        | ALIPAY |
        | PIX    |
        | COINS  |

  @buyer @page
  Rule: A code that opens does not pay

    @QR-05
    Scenario: Opening the checkout leaves the session unpaid
      Given a session with
        | payment method | CASHAPP |
        | QR method      | CASHAPP |
      When the buyer opens the checkout
      Then the session is open and unpaid
      And no order was made
