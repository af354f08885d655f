/** Tests of the life of a service. */
@NullMarked
package dev.tollgate.http.service;

import org.jspecify.annotations.NullMarked;
