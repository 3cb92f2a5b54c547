"""Every metric that exists, in the order in which they are shown. A new one is a file here and a line below."""

from ..metric import Metric
from .articles import TOP_ARTICLES
from .choices import CHOICES_OFFERED, CHOICES_TAKEN
from .endings import ENDINGS
from .handoffs import ASKED_PERSON, HANDED_OFF, PERSON_FIRST, TIME_TO_PERSON
from .questions import CHANNELS, QUESTIONS
from .recontacts import RECONTACTS
from .speed import FIRST_REPLY
from .success import CEILING, ESTIMATE, FLOOR
from .unanswered import UNANSWERED

METRICS: tuple[Metric, ...] = (
    QUESTIONS,
    FLOOR,
    ESTIMATE,
    CEILING,
    *ENDINGS,
    HANDED_OFF,
    ASKED_PERSON,
    PERSON_FIRST,
    TIME_TO_PERSON,
    *RECONTACTS,
    CHOICES_OFFERED,
    CHOICES_TAKEN,
    TOP_ARTICLES,
    UNANSWERED,
    CHANNELS,
    FIRST_REPLY,
)
