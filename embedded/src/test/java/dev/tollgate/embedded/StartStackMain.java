package dev.tollgate.embedded;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A process that starts a stack in the folder of its first argument, prints its addresses in one line, and stays. */
final class StartStackMain {
    private StartStackMain() {}

    public static void main(String[] arguments) {
        EmbeddedStack stack = EmbeddedStack.start(EmbeddedStackOptions.lastingIn(Path.of(arguments[0])));
        System.out.println("UP " + stack.bootstrapServers() + " " + stack.registryUrl() + " " + stack.clickHouseUrl());
        while (true) {
            LockSupport.park();
        }
    }
}
