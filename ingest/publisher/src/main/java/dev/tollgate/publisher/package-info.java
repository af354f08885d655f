/**
 * Library for services: publishes request events without blocking the request path, loses none that it accepted
 * silently, and keeps the order of each account's events. {@link dev.tollgate.publisher.RequestEventPublisher} is the
 * way in.
 */
@NullMarked
package dev.tollgate.publisher;

import org.jspecify.annotations.NullMarked;
