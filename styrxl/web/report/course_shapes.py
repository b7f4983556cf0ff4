"""An indicator's figures over time as a small drawing: a line from dot to dot, and what it is to come to."""

from __future__ import annotations

from dataclasses import dataclass

from styrxl.excel.pages import Course
from styrxl.model.catalogue import number_text, word

WIDTH, HEIGHT = 132, 44  # of the drawing, in its own units
_EDGE = 6.0
_FEWEST = 2  # points that make a line


@dataclass(frozen=True, slots=True)
class CourseDrawing:
    """``points``: where the figures are (x, y); ``aims``: the heights of what they are to be at least and at most; ``text`` says it all."""

    points: tuple[tuple[float, float], ...]
    aims: tuple[float, ...]
    text: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """The line through the points, as SVG writes it."""
        return " ".join(f"{x},{y}" for x, y in self.points)


def draw_course(course: Course, language: str) -> CourseDrawing | None:
    """Return a course as shapes; None where there are too few figures to be a line."""
    if len(course.points) < _FEWEST:
        return None
    aims = [*dict.fromkeys(aim for aim in (course.least, course.most) if aim is not None)]
    values = [value for _, value in course.points]
    low, high = min(*values, *aims), max(*values, *aims)
    step = (WIDTH - 2 * _EDGE) / (len(values) - 1)

    def place(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)

    points = tuple((round(_EDGE + n * step, 1), place(value)) for n, value in enumerate(values))
    return CourseDrawing(points, tuple(map(place, aims)), _describe(course, language))


def _describe(course: Course, language: str) -> str:
    """Say a course in words: its figures with their moments, and its bounds."""
    told = [f"{name}: {number_text(value, language)}" for name, value in course.points]
    bounds = [
        word(key, language, target=number_text(value, language))
        for key, value in (("target_higher", course.least), ("target_lower", course.most))
        if value is not None
    ]
    return "; ".join([*told, *bounds])
