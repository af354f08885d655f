/**
 * What is sent next, when it is tried again and how far an endpoint has come: one lane an account. Pure: time comes in
 * with each call, answers come in as values, and nothing here sends or stores.
 */
@NullMarked
package dev.tollgate.notify.internal.lane;

import org.jspecify.annotations.NullMarked;
