"""What people wrote to the six questions: the list of who did, and one person's answers. Every look is recorded."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.http import StaffRequest
from moderation.operations.questions_asked import read_reflection
from moderation.queries.questions_asked import answers_page, handed_in_page

LIST, ONE = "moderation/questions_asked.html", "moderation/answers.html"


@require_safe
@requires(Capability.READ_ANSWERS)
def questions_asked(request: StaffRequest) -> HttpResponse:
    page = handed_in_page(viewer=request.user, after=request.GET.get("after", ""))
    return render(request, LIST, {"page": page})


@require_safe
@requires(Capability.READ_ANSWERS)
def answers(request: StaffRequest, reflection_id: int) -> HttpResponse:
    reflection = read_reflection(reflection_id, actor=request.user)
    return render(request, ONE, {"page": answers_page(reflection)})
