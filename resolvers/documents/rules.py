"""Validation rules beside graphql-core's own."""

from typing import Any

from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    ValidationRule,
    get_nullable_type,
    is_input_object_type,
    is_non_null_type,
    specified_rules,
    type_from_ast,
)


class OneOfVariablesRule(ValidationRule):
    """A variable for the field of a @oneOf input must be non-null (GraphQL, "All Variable Usages Are Allowed").

    graphql-core tests it only where the input itself may be null, which `customer(by: CustomerBy!)` may not.
    """

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: Any) -> None:
        definitions = {each.variable.name.value: each for each in operation.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(operation):
            input_type = get_nullable_type(usage.parent_type) if is_non_null_type(usage.parent_type) else None
            definition = definitions.get(usage.node.name.value)
            if definition is None or not is_input_object_type(input_type) or not input_type.is_one_of:
                continue
            type_ = type_from_ast(self.context.schema, definition.type)
            if type_ is not None and not is_non_null_type(type_):
                message = (
                    f"Variable '${usage.node.name.value}' is of type '{type_}'"
                    f" but must be non-nullable to be used for OneOf Input Object '{input_type}'."
                )
                self.report_error(GraphQLError(message, [definition, usage.node]))


RULES = (*specified_rules, OneOfVariablesRule)
