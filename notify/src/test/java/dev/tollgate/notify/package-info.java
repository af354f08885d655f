/** Tests of the role: configuration, filters, and deliveries to receivers that do what receivers do. */
@NullMarked
package dev.tollgate.notify;

import org.jspecify.annotations.NullMarked;
