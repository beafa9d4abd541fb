"""The fields of a form or of a JSON body, checked by their model."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from serve_app.errors import InvalidParameter

Fields = TypeVar("Fields", bound=BaseModel)


def parse_fields(model: type[Fields], values: object) -> Fields:
    """The values by their model.

    Raises:
        InvalidParameter: one has a wrong type or value; the message names each.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidParameter(
            "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}" for problem in error.errors())
        ) from error
