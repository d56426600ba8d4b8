"""Lists that come in pages."""

from collections.abc import Callable

import grpc

from bakeoff import v1
from bakeoff.client import AsyncClient, Client
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer


class Predictions(EvaluationServiceServicer):
    """Holds ten predictions, four a page."""

    def __init__(self) -> None:
        self.requests: list[v1.ListPredictionsRequest] = []

    def ListPredictions(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ListPredictionsRequest,
        context: grpc.ServicerContext,  # noqa: ARG002 (gRPC passes it)
    ) -> v1.ListPredictionsResponse:
        self.requests.append(request)
        start = int(request.page_token or 0)
        end = min(start + 4, 10)
        return v1.ListPredictionsResponse(
            predictions=[v1.PredictionRecord(index=index) for index in range(start, end)],
            next_page_token="" if end == 10 else str(end),
        )


def test_pages_are_read_as_one_list(client_of: Callable[..., Client]) -> None:
    service = Predictions()
    records = client_of(service).list_predictions("e", "c", wrong_only=True)
    assert list(range(10)) == [record.index for record in records]
    assert [("evaluations/e", "candidates/c", token, True) for token in ("", "4", "8")] == [
        (one.name, one.candidate, one.page_token, one.wrong_only) for one in service.requests
    ]


def test_a_page_is_fetched_when_it_is_reached(client_of: Callable[..., Client]) -> None:
    service = Predictions()
    records = client_of(service).list_predictions("e", "c")
    assert [] == service.requests
    for _ in range(4):
        next(records)
    assert 1 == len(service.requests)


async def test_pages_are_read_as_one_list_by_asyncio(serve: Callable[..., str]) -> None:
    async with AsyncClient(serve(Predictions())) as client:
        found = [record.index async for record in client.list_predictions("e", "c")]
    assert list(range(10)) == found
