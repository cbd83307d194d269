Feature: Where the checkout is shown

  A session is shown on Clink's own page, or embedded in a page of the merchant's. Its mode says
  which. An embedded session needs a return URL; a hosted one should have a success URL and a
  cancel URL, and need not.

  Tagged our-choice, the guide is silent and the outcome is how we read it. Tagged buyer, somebody
  has to pay.

  Rule: A session is hosted or embedded

    @RD-01
    Scenario: A hosted session
      When a hosted session is created with success URL https://shop.example/thanks and cancel URL https://shop.example/cart
      Then Clink accepts
      And the session, read back, is of the mode hostedPage
      And the session, read back, has the success URL https://shop.example/thanks
      And the session, read back, has the cancel URL https://shop.example/cart

    @RD-01
    Scenario: An embedded session
      When an embedded session is created with return URL https://shop.example/complete?session_id={ELEMENTS_SESSION_ID}
      Then Clink accepts
      And the session, read back, is of the mode elements

    @RD-02
    Scenario Outline: A hosted session needs no URLs (success <success>, cancel <cancel>)
      When a hosted session is created with success URL <success> and cancel URL <cancel>
      Then Clink accepts
      And the session, read back, has the success URL <success>
      And the session, read back, has the cancel URL <cancel>

      Examples:
        | success                     | cancel                    |
        | none                        | none                      |
        | https://shop.example/thanks | none                      |
        | none                        | https://shop.example/cart |

    @RD-03
    Scenario: An embedded session needs a return URL
      Given a session can be embedded
      When an embedded session is created with return URL none
      Then Clink refuses

    @RD-11 @our-choice
    Scenario: An empty return URL is refused
      Given a session can be embedded
      When an embedded session is created with return URL empty
      Then Clink refuses

    @RD-03 @our-choice
    Scenario: An embedded session that is refused makes no customer
      Given a session can be embedded
      When an embedded session is created with return URL none
      Then Clink refuses
      And the new email still belongs to nobody

    @RD-03
    Scenario: The URLs of a hosted session do not stand in for the return URL
      Given a session can be embedded
      When a session is created with
        | mode        | elements                    |
        | success URL | https://shop.example/thanks |
        | cancel URL  | https://shop.example/cart   |
        | return URL  | none                        |
      Then Clink refuses
      And the new email still belongs to nobody

    @RD-01 @our-choice
    Scenario Outline: There is no mode <mode>
      When a session is created with
        | mode       | <mode>                        |
        | return URL | https://shop.example/complete |
      Then Clink refuses
      And the new email still belongs to nobody

      Examples:
        | mode       |
        | hosted     |
        | embedded   |
        | HOSTEDPAGE |

    @RD-01 @our-choice
    Scenario: A session whose mode is not said is hosted
      When a session is created with
        | mode | none |
      Then the session, read back, has
        | mode | hostedPage |

    @RD-01 @our-choice
    Scenario: A hosted session may have a return URL as well
      When a session is created with
        | mode        | hostedPage                    |
        | success URL | https://shop.example/thanks   |
        | return URL  | https://shop.example/complete |
      Then the session, read back, has
        | mode        | hostedPage                    |
        | success URL | https://shop.example/thanks   |
        | return URL  | https://shop.example/complete |

    @RD-01 @our-choice @buyer
    Scenario: The mode says which URL counts
      Given a session with
        | mode        | elements                      |
        | success URL | https://shop.example/thanks   |
        | cancel URL  | https://shop.example/cart     |
        | return URL  | https://shop.example/complete |
      When the buyer pays
      Then the buyer is sent to https://shop.example/complete, whatever is added

    @RD-01 @our-choice @buyer
    Scenario: A hosted session does not end at the return URL
      Given a session with
        | mode        | hostedPage                    |
        | success URL | https://shop.example/thanks   |
        | return URL  | https://shop.example/complete |
      When the buyer pays
      Then the buyer is sent to https://shop.example/thanks, whatever is added

    @RD-02 @buyer
    Scenario: A hosted session without URLs can be paid
      When a session is created with
        | success URL | none |
        | cancel URL  | none |
      Then Clink accepts
      When the buyer pays
      Then the session is now completed and paid
