package dev.tollgate.faults.cluster;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.Part;

/** The registry or ClickHouse, as the embedded stack runs them. */
final class PartServer implements Server {
    private final String name;
    private final EmbeddedStack stack;
    private final Part part;
    private volatile boolean up = true;

    PartServer(String name, EmbeddedStack stack, Part part) {
        this.name = name;
        this.stack = stack;
        this.part = part;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isRole() {
        return false;
    }

    @Override
    public void start() {
        stack.start(part);
        up = true;
    }

    @Override
    public void kill() throws InterruptedException {
        up = false;
        stack.kill(part);
    }

    @Override
    public void stop() {
        up = false;
        stack.stop(part);
    }

    @Override
    public long pid() {
        return stack.pid(part);
    }

    @Override
    public boolean isAlive() {
        return up
                && ProcessHandle.of(stack.pid(part)).map(ProcessHandle::isAlive).orElse(false);
    }
}
