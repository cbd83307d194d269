Feature: Whose session it is

  A merchant says whose checkout session it wants by Clink's customer id, by the customer's email,
  by its own reference for the customer, or by several of these. Clink finds that customer, makes
  one, or refuses.

  The guide states every outcome below but those tagged otherwise. Tagged our-choice, the guide is
  silent and the outcome is how we read it. Tagged our-name, the guide says that Clink refuses and
  not by which name.

  Rule: Somebody has to be named

    Scenario Outline: Nobody is named (customer id <id>, email <email>, reference <reference>)
      Given Ada is a customer with an email and a reference
      When a session is created with customer id <id>, email <email> and reference <reference>
      Then Clink refuses with CUSTOMER_NOT_FOUND

      @CR-01
      Examples: left out or empty
        | id    | email | reference |
        | none  | none  | none      |
        | empty | empty | empty     |
        | empty | none  | none      |
        | none  | empty | none      |
        | none  | none  | empty     |

      @CR-01 @our-choice
      Examples: blank and null count as empty
        | id    | email | reference |
        | null  | null  | null      |
        | blank | blank | blank     |
        | null  | none  | none      |
        | none  | null  | none      |
        | none  | none  | null      |
        | blank | none  | none      |
        | none  | blank | none      |
        | none  | none  | blank     |
        | empty | blank | null      |

  Rule: Without a customer id, email and reference find the customer or make one

    Scenario Outline: The email finds its customer (with <owns>; customer id <id>, reference <reference>)
      Given Ada is a customer with <owns>
      When a session is created with customer id <id>, email Ada's and reference <reference>
      Then the session is for Ada

      @CR-02
      Examples:
        | owns                     | id    | reference |
        | an email only            | none  | none      |
        | an email and a reference | none  | none      |
        | an email and a reference | empty | empty     |

      @CR-02 @our-choice
      Examples: blank and null count as empty
        | owns                     | id    | reference |
        | an email only            | blank | blank     |
        | an email and a reference | null  | null      |

    Scenario Outline: An email nobody has makes a customer (customer id <id>, reference <reference>)
      When a session is created with customer id <id>, email new and reference <reference>
      Then the session is for a new customer
      And the answer names the new customer
      And the new email now leads to the new customer

      @CR-03 @CR-33
      Examples:
        | id    | reference |
        | none  | none      |
        | empty | empty     |

      @CR-03 @CR-33 @our-choice
      Examples: blank and null count as empty
        | id    | reference |
        | null  | blank     |
        | blank | null      |

    @CR-03
    Scenario: A customer made from an email has no reference yet
      When a session is created with customer id none, email new and reference none
      Then the session is for a new customer
      And the new customer still has no reference

    Scenario Outline: The reference finds its customer (with <owns>; customer id <id>, email <email>)
      Given Ada is a customer with <owns>
      When a session is created with customer id <id>, email <email> and reference Ada's
      Then the session is for Ada

      @CR-04
      Examples:
        | owns                     | id    | email |
        | a reference only         | none  | none  |
        | an email and a reference | none  | none  |
        | an email and a reference | empty | empty |

      @CR-04 @our-choice
      Examples: blank and null count as empty
        | owns                     | id    | email |
        | a reference only         | blank | blank |
        | an email and a reference | null  | null  |

    Scenario Outline: A reference nobody has makes a customer (customer id <id>, email <email>)
      When a session is created with customer id <id>, email <email> and reference new
      Then the session is for a new customer
      And the answer names the new customer
      And the new reference now leads to the new customer

      @CR-05 @CR-33
      Examples:
        | id    | email |
        | none  | none  |
        | empty | empty |

      @CR-05 @CR-33 @our-choice
      Examples: blank and null count as empty
        | id    | email |
        | null  | blank |
        | blank | null  |

    @CR-05 @our-choice
    Scenario: A customer made from a reference has no email
      When a session is created with customer id none, email none and reference new
      Then the session is for a new customer
      And the new customer has no email

    @CR-06
    Scenario: Email and reference find one customer
      Given Ada is a customer with an email and a reference
      When a session is created with customer id none, email Ada's and reference Ada's
      Then the session is for Ada

    @CR-07
    Scenario Outline: Email and reference find two customers (Ada with <Ada owns>, Ben with <Ben owns>)
      Given Ada is a customer with <Ada owns>
      And Ben is a customer with <Ben owns>
      When a session is created with customer id none, email Ada's and reference Ben's
      Then Clink refuses with CUSTOMER_IDENTIFIER_NOT_MATCHED
      And Ada's email still leads to Ada
      And Ben's reference still leads to Ben

      Examples:
        | Ada owns                 | Ben owns                 |
        | an email only            | a reference only         |
        | an email only            | an email and a reference |
        | an email and a reference | a reference only         |
        | an email and a reference | an email and a reference |

    @CR-08
    Scenario: Only the email is known, and its customer has no reference
      Given Ada is a customer with an email only
      When a session is created with customer id none, email Ada's and reference new
      Then Clink refuses with CUSTOMER_IDENTIFIER_NOT_MATCHED
      And the new reference still belongs to nobody
      And Ada still has no reference

    @CR-08
    Scenario: Only the email is known, and its customer has another reference
      Given Ada is a customer with an email and a reference
      When a session is created with customer id none, email Ada's and reference new
      Then Clink refuses with CUSTOMER_IDENTIFIER_NOT_MATCHED
      And Ada's reference still leads to Ada
      And the new reference still belongs to nobody

    @CR-09
    Scenario Outline: Only the reference is known (its customer with <owns>)
      Given Ada is a customer with <owns>
      When a session is created with customer id none, email new and reference Ada's
      Then Clink refuses with CUSTOMER_IDENTIFIER_NOT_MATCHED
      And Ada's reference still leads to Ada
      And the new email still belongs to nobody

      Examples:
        | owns                     |
        | a reference only         |
        | an email and a reference |

    @CR-10 @CR-33
    Scenario: Neither email nor reference is known
      When a session is created with customer id none, email new and reference new
      Then the session is for a new customer
      And the answer names the new customer
      And the new email now leads to the new customer
      And the new reference now leads to the new customer

  Rule: A customer id comes first, and the others must match the customer it finds

    Scenario Outline: The customer id alone (of Ada with <owns>; email <email>, reference <reference>)
      Given Ada is a customer with <owns>
      When a session is created with customer id Ada's, email <email> and reference <reference>
      Then the session is for Ada

      @CR-11
      Examples:
        | owns                     | email | reference |
        | an email only            | none  | none      |
        | a reference only         | none  | none      |
        | an email and a reference | none  | none      |
        | an email only            | empty | empty     |
        | a reference only         | empty | empty     |

      @CR-11 @our-choice
      Examples: blank and null count as empty
        | owns                     | email | reference |
        | an email only            | blank | blank     |
        | a reference only         | null  | null      |
        | an email and a reference | blank | null      |

    @CR-12
    Scenario Outline: The customer id and the customer's own email (Ada with <owns>)
      Given Ada is a customer with <owns>
      When a session is created with customer id Ada's, email Ada's and reference none
      Then the session is for Ada

      Examples:
        | owns                     |
        | an email only            |
        | an email and a reference |

    @CR-13 @our-name
    Scenario Outline: The customer id and an email nobody has (Ada with <owns>)
      Given Ada is a customer with <owns>
      When a session is created with customer id Ada's, email new and reference none
      Then Clink refuses
      And the new email still belongs to nobody
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | owns                     |
        | an email only            |
        | an email and a reference |

    @CR-14 @our-name
    Scenario Outline: The customer id and another's email (Ada with <Ada owns>, Ben with <Ben owns>)
      Given Ada is a customer with <Ada owns>
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email Ben's and reference none
      Then Clink refuses
      And Ada's email still leads to Ada
      And Ben's email still leads to Ben
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ada owns                 | Ben owns                 |
        | an email only            | an email only            |
        | an email only            | an email and a reference |
        | an email and a reference | an email only            |
        | an email and a reference | an email and a reference |

    @CR-15
    Scenario Outline: The customer id and the customer's own reference (Ada with <owns>)
      Given Ada is a customer with <owns>
      When a session is created with customer id Ada's, email none and reference Ada's
      Then the session is for Ada

      Examples:
        | owns                     |
        | a reference only         |
        | an email and a reference |

    @CR-16
    Scenario: A reference nobody has is bound to a customer without one
      Given Ada is a customer with an email only
      When a session is created with customer id Ada's, email none and reference new
      Then the session is for Ada
      And the new reference now leads to Ada

    @CR-17 @our-name
    Scenario Outline: Another's reference is not bound (Ben with <Ben owns>)
      Given Ada is a customer with an email only
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email none and reference Ben's
      Then Clink refuses
      And Ben's reference still leads to Ben
      And Ada still has no reference
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ben owns                 |
        | a reference only         |
        | an email and a reference |

    @CR-18 @our-name
    Scenario Outline: A reference nobody has does not replace the customer's own (Ada with <owns>)
      Given Ada is a customer with <owns>
      When a session is created with customer id Ada's, email none and reference new
      Then Clink refuses
      And Ada's reference still leads to Ada
      And the new reference still belongs to nobody
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | owns                     |
        | a reference only         |
        | an email and a reference |

    @CR-19 @our-name
    Scenario Outline: Another's reference does not replace the customer's own (Ada with <Ada owns>, Ben with <Ben owns>)
      Given Ada is a customer with <Ada owns>
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email none and reference Ben's
      Then Clink refuses
      And Ada's reference still leads to Ada
      And Ben's reference still leads to Ben
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ada owns                 | Ben owns                 |
        | a reference only         | a reference only         |
        | a reference only         | an email and a reference |
        | an email and a reference | a reference only         |
        | an email and a reference | an email and a reference |

    @CR-20
    Scenario: The customer id with the customer's own email and reference
      Given Ada is a customer with an email and a reference
      When a session is created with customer id Ada's, email Ada's and reference Ada's
      Then the session is for Ada

    @CR-21
    Scenario: The own email matches, and a reference nobody has is bound
      Given Ada is a customer with an email only
      When a session is created with customer id Ada's, email Ada's and reference new
      Then the session is for Ada
      And the new reference now leads to Ada

    @CR-22 @our-name
    Scenario Outline: The own email matches, and another's reference is not bound (Ben with <Ben owns>)
      Given Ada is a customer with an email only
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email Ada's and reference Ben's
      Then Clink refuses
      And Ben's reference still leads to Ben
      And Ada still has no reference
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ben owns                 |
        | a reference only         |
        | an email and a reference |

    @CR-23 @our-name
    Scenario: The own email matches, and a reference nobody has does not replace the customer's own
      Given Ada is a customer with an email and a reference
      When a session is created with customer id Ada's, email Ada's and reference new
      Then Clink refuses
      And Ada's reference still leads to Ada
      And the new reference still belongs to nobody
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

    @CR-24 @our-name
    Scenario Outline: The own email matches, and another's reference does not replace the customer's own (Ben with <Ben owns>)
      Given Ada is a customer with an email and a reference
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email Ada's and reference Ben's
      Then Clink refuses
      And Ada's reference still leads to Ada
      And Ben's reference still leads to Ben
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ben owns                 |
        | a reference only         |
        | an email and a reference |

    @CR-25 @our-name
    Scenario: The own reference matches, and the email is nobody's
      Given Ada is a customer with an email and a reference
      When a session is created with customer id Ada's, email new and reference Ada's
      Then Clink refuses
      And Ada's reference still leads to Ada
      And the new email still belongs to nobody
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

    @CR-25 @our-name
    Scenario Outline: The own reference matches, and the email is another's (Ben with <Ben owns>)
      Given Ada is a customer with an email and a reference
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email Ben's and reference Ada's
      Then Clink refuses
      And Ada's reference still leads to Ada
      And Ben's email still leads to Ben
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ben owns                 |
        | an email only            |
        | an email and a reference |

    @CR-26 @our-name
    Scenario: The email is nobody's, so the reference is not bound
      Given Ada is a customer with an email only
      When a session is created with customer id Ada's, email new and reference new
      Then Clink refuses
      And the new reference still belongs to nobody
      And the new email still belongs to nobody
      And Ada still has no reference
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

    @CR-26 @our-name
    Scenario Outline: The email is another's, so the reference is not bound (Ben with <Ben owns>)
      Given Ada is a customer with an email only
      And Ben is a customer with <Ben owns>
      When a session is created with customer id Ada's, email Ben's and reference new
      Then Clink refuses
      And the new reference still belongs to nobody
      And Ben's email still leads to Ben
      And Ada still has no reference
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples:
        | Ben owns                 |
        | an email only            |
        | an email and a reference |

    @CR-27 @our-name
    Scenario Outline: Neither email nor reference is of the customer without a reference (email <email>, reference <reference>; Ben with <Ben owns>)
      Given Ada is a customer with an email only
      And Ben is a customer with <Ben owns>
      And Cleo is a customer with an email and a reference
      When a session is created with customer id Ada's, email <email> and reference <reference>
      Then Clink refuses
      And Ada's email still leads to Ada
      And Ben's reference still leads to Ben
      And Cleo's email still leads to Cleo
      And the new email still belongs to nobody
      And Ada still has no reference
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples: the reference is Ben's
        | email  | reference | Ben owns                 |
        | new    | Ben's     | a reference only         |
        | new    | Ben's     | an email and a reference |
        | Ben's  | Ben's     | an email and a reference |
        | Cleo's | Ben's     | a reference only         |
        | Cleo's | Ben's     | an email and a reference |

    @CR-27 @our-name
    Scenario Outline: Neither email nor reference is of the customer with a reference (email <email>, reference <reference>; Ben with <Ben owns>)
      Given Ada is a customer with an email and a reference
      And Ben is a customer with <Ben owns>
      And Cleo is a customer with an email and a reference
      When a session is created with customer id Ada's, email <email> and reference <reference>
      Then Clink refuses
      And Ada's email still leads to Ada
      And Ada's reference still leads to Ada
      And Cleo's reference still leads to Cleo
      And the new email still belongs to nobody
      And the new reference still belongs to nobody
      And the refusal is called CUSTOMER_IDENTIFIER_NOT_MATCHED

      Examples: the reference is nobody's
        | email  | reference | Ben owns                 |
        | new    | new       | an email only            |
        | Ben's  | new       | an email only            |
        | Ben's  | new       | an email and a reference |

      Examples: the reference is another's
        | email  | reference | Ben owns                 |
        | new    | Ben's     | a reference only         |
        | new    | Ben's     | an email and a reference |
        | Ben's  | Ben's     | an email and a reference |
        | Ben's  | Cleo's    | an email only            |
        | Cleo's | Ben's     | a reference only         |
        | Cleo's | Ben's     | an email and a reference |

    @CR-43 @our-choice
    Scenario Outline: A customer without an email is not given one (email <email>, reference <reference>; Ben with <Ben owns>)
      Given Ada is a customer with a reference only
      And Ben is a customer with <Ben owns>
      And Cleo is a customer with an email and a reference
      When a session is created with customer id Ada's, email <email> and reference <reference>
      Then Clink refuses with CUSTOMER_IDENTIFIER_NOT_MATCHED
      And Ada's reference still leads to Ada
      And Ben's email still leads to Ben
      And Cleo's reference still leads to Cleo
      And the new email still belongs to nobody
      And the new reference still belongs to nobody

      Examples: the email is nobody's
        | email | reference | Ben owns                 |
        | new   | none      | an email only            |
        | new   | Ada's     | an email only            |
        | new   | new       | an email only            |
        | new   | Ben's     | an email and a reference |

      Examples: the email is another's
        | email | reference | Ben owns                 |
        | Ben's | none      | an email only            |
        | Ben's | none      | an email and a reference |
        | Ben's | Ada's     | an email only            |
        | Ben's | new       | an email only            |
        | Ben's | Ben's     | an email and a reference |
        | Ben's | Cleo's    | an email only            |

  Rule: A customer id nobody has is not made up for by the others

    @our-choice
    Scenario Outline: The customer id is nobody's (email <email>, reference <reference>; Ada with <owns>)
      Given Ada is a customer with <owns>
      And Ben is a customer with an email and a reference
      When a session is created with customer id unknown, email <email> and reference <reference>
      Then Clink refuses with CUSTOMER_NOT_FOUND
      And Ben's email still leads to Ben
      And Ben's reference still leads to Ben
      And the new email still belongs to nobody
      And the new reference still belongs to nobody

      @CR-28
      Examples: alone
        | email | reference | owns                     |
        | none  | none      | an email only            |
        | empty | empty     | an email only            |

      @CR-29
      Examples: with an email
        | email | reference | owns                     |
        | Ada's | none      | an email only            |
        | Ada's | none      | an email and a reference |
        | new   | none      | an email only            |
        | Ada's | Ada's     | an email and a reference |
        | Ada's | Ben's     | an email only            |
        | Ada's | Ben's     | an email and a reference |
        | Ada's | new       | an email only            |
        | Ada's | new       | an email and a reference |
        | new   | Ada's     | a reference only         |
        | new   | Ada's     | an email and a reference |
        | new   | new       | an email only            |

      @CR-30
      Examples: with a reference
        | email | reference | owns                     |
        | none  | Ada's     | a reference only         |
        | none  | Ada's     | an email and a reference |
        | none  | new       | an email only            |

    @CR-31 @second-merchant @our-choice
    Scenario Outline: The customer id is of another merchant's customer (email <email>, reference <reference>)
      Given Ada is a customer with an email and a reference
      And Zoe is a customer of another merchant
      When a session is created with customer id Zoe's, email <email> and reference <reference>
      Then Clink refuses with CUSTOMER_NOT_FOUND
      And Ada's email still leads to Ada
      And Ada's reference still leads to Ada
      And Zoe's email still belongs to nobody here
      And Zoe's reference still belongs to nobody here
      And the new email still belongs to nobody
      And the new reference still belongs to nobody

      Examples:
        | email | reference |
        | none  | none      |
        | Zoe's | none      |
        | none  | Zoe's     |
        | Zoe's | Zoe's     |
        | Ada's | none      |
        | none  | Ada's     |
        | Ada's | Ada's     |
        | Ada's | new       |
        | new   | none      |
        | none  | new       |
        | new   | new       |

  Rule: The session keeps the customer that was found or made

    @CR-32
    Scenario Outline: For a known customer (customer id <id>, email <email>, reference <reference>)
      Given Ada is a customer with an email and a reference
      And a session was created with customer id <id>, email <email> and reference <reference>
      When the session is read back
      Then it is for the customer it was created for

      Examples:
        | id    | email | reference |
        | Ada's | none  | none      |
        | none  | Ada's | none      |
        | none  | none  | Ada's     |
        | none  | Ada's | Ada's     |
        | Ada's | Ada's | Ada's     |

    @CR-32
    Scenario Outline: For a new customer (email <email>, reference <reference>)
      Given a session was created with customer id none, email <email> and reference <reference>
      When the session is read back
      Then it is for the customer it was created for

      Examples:
        | email | reference |
        | new   | none      |
        | none  | new       |
        | new   | new       |

    @CR-32
    Scenario: For a customer who was given a reference
      Given Ada is a customer with an email only
      And a session was created with customer id Ada's, email none and reference new
      When the session is read back
      Then it is for the customer it was created for

  Rule: A customer at the merchant's own payment channel may be named instead

    @CR-34
    Scenario: An import alone makes a customer
      When a session is created with
        | email  | none |
        | import | Max  |
      Then the session is for a new customer

    @CR-34
    Scenario: The same import finds the customer again
      Given a session with
        | email  | none |
        | import | Max  |
      When another session is created with
        | email  | none |
        | import | Max  |
      Then Clink accepts both, and makes two sessions
      And both sessions are for one customer

    @CR-34
    Scenario: Another import is another customer
      Given a session with
        | email  | none |
        | import | Max  |
      When another session is created with
        | email  | none |
        | import | Mia  |
      Then Clink accepts both, and makes two sessions
      And the sessions are for two customers

    @CR-01 @our-choice
    Scenario Outline: An import that is not complete names nobody (its <part> is empty)
      When a session is created with
        | email  | none                     |
        | import | Max with an empty <part> |
      Then Clink refuses with CUSTOMER_NOT_FOUND
      And the new email still belongs to nobody

      Examples:
        | part      |
        | channel   |
        | reference |

    @CR-34 @our-choice
    Scenario: Beside another identifier an import decides nothing
      Given Ada is a customer with an email and a reference
      And a session with
        | email  | Ada's |
        | import | Max   |
      When another session is created with
        | email  | none |
        | import | Max  |
      Then Clink accepts both, and makes two sessions
      And the session is for a new customer

  Rule: Emails are compared without regard to capital letters and blanks around them

    @CR-35 @our-choice
    Scenario Outline: Ada's email <written> (customer id <id>)
      Given Ada is a customer with an email only
      When a session is created with
        | customer id | <id>            |
        | email       | Ada's <written> |
      Then the session is for Ada

      Examples: alone
        | id   | written            |
        | none | in capitals        |
        | none | with blanks around |

      Examples: beside the customer id
        | id    | written     |
        | Ada's | in capitals |

    @CR-35 @our-choice
    Scenario: Blanks around a new email are not kept
      When a session is created with
        | email | new with blanks around |
      Then the session, read back, has
        | customer email | new |

    @CR-35 @our-choice
    Scenario: With a tag it is another email
      Given Ada is a customer with an email only
      When a session is created with
        | email | Ada's with a tag |
      Then the session is for a new customer

  Rule: Each merchant has customers of its own

    @CR-37 @second-merchant @our-choice
    Scenario Outline: What is taken at another merchant is free here (email <email>, reference <reference>)
      Given Zoe is a customer of another merchant
      When a session is created with customer id none, email <email> and reference <reference>
      Then the session is for a new customer

      Examples:
        | email | reference |
        | Zoe's | none      |
        | none  | Zoe's     |
        | Zoe's | Zoe's     |

    @CR-37 @second-merchant @our-choice
    Scenario Outline: Another merchant's reference can be bound here (email <email>)
      Given Ada is a customer with an email only
      And Zoe is a customer of another merchant
      When a session is created with customer id Ada's, email <email> and reference Zoe's
      Then the session is for Ada
      And Zoe's reference now leads to Ada here

      Examples:
        | email |
        | none  |
        | Ada's |

  Rule: A customer is made once, and only with a session

    @CR-38 @our-choice
    Scenario Outline: Sessions at the same moment share one new customer (email <email>, reference <reference>)
      When five sessions are created at once with email <email> and reference <reference>
      Then all five are for one new customer

      Examples:
        | email | reference |
        | new   | none      |
        | none  | new       |
        | new   | new       |

    @CR-39 @our-choice
    Scenario Outline: A session that is refused for what it sells leaves no customer (email <email>, reference <reference>)
      When a session is created with
        | email              | <email>     |
        | customer reference | <reference> |
        | product            | unknown     |
        | price              | unknown     |
      Then Clink refuses
      And the new email still belongs to nobody
      And the new reference still belongs to nobody

      Examples:
        | email | reference |
        | new   | none      |
        | none  | new       |
        | new   | new       |

    @CR-39 @our-choice
    Scenario: A session that is refused for what it sells binds no reference
      Given Ada is a customer with an email only
      When a session is created with
        | customer id        | Ada's   |
        | email              | none    |
        | customer reference | new     |
        | product            | unknown |
        | price              | unknown |
      Then Clink refuses
      And the new reference still belongs to nobody
      And Ada still has no reference
