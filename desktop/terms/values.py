"""The frozen values that cross rooms, by one name for all: what a session, a price, a record or a page is.

They stand in files by what they are of: `people`, `charges`, `pages`, `reports`, and the `kinds` that they are made of.
"""

from __future__ import annotations

from desktop.terms.charges import Budget as Budget
from desktop.terms.charges import Charge as Charge
from desktop.terms.charges import Entry as Entry
from desktop.terms.charges import Quote as Quote
from desktop.terms.charges import RawRecord as RawRecord
from desktop.terms.charges import Reader as Reader
from desktop.terms.charges import Receipt as Receipt
from desktop.terms.charges import Spending as Spending
from desktop.terms.charges import Statement as Statement
from desktop.terms.charges import Step as Step
from desktop.terms.kinds import Column as Column
from desktop.terms.kinds import DeedKind as DeedKind
from desktop.terms.kinds import Detail as Detail
from desktop.terms.kinds import OperationType as OperationType
from desktop.terms.kinds import Role as Role
from desktop.terms.kinds import Source as Source
from desktop.terms.kinds import Status as Status
from desktop.terms.pages import Filters as Filters
from desktop.terms.pages import Page as Page
from desktop.terms.pages import PageRequest as PageRequest
from desktop.terms.pages import Totals as Totals
from desktop.terms.people import Account as Account
from desktop.terms.people import CreditCheck as CreditCheck
from desktop.terms.people import CreditOrder as CreditOrder
from desktop.terms.people import Deed as Deed
from desktop.terms.people import Person as Person
from desktop.terms.people import PriceSet as PriceSet
from desktop.terms.people import Session as Session
from desktop.terms.reports import BalancePoint as BalancePoint
from desktop.terms.reports import DaySum as DaySum
from desktop.terms.reports import Insights as Insights
from desktop.terms.reports import OperationSum as OperationSum
from desktop.terms.reports import Problem as Problem
from desktop.terms.reports import StatementReport as StatementReport
from desktop.terms.reports import Verification as Verification
