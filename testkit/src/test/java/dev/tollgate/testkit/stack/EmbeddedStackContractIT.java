package dev.tollgate.testkit.stack;

import dev.tollgate.embedded.Stack;

class EmbeddedStackContractIT extends StackContract {
    @Override
    Stack stack() {
        return Stacks.embedded();
    }
}
