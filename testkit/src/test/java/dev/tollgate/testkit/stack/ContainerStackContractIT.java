package dev.tollgate.testkit.stack;

import dev.tollgate.embedded.Stack;

/** Skipped where there is no Docker. */
class ContainerStackContractIT extends StackContract {
    @Override
    Stack stack() {
        return Stacks.containers();
    }
}
