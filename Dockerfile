# The image of every Tollgate role, made from the folder that the build leaves in cli/target/tollgate-roles. It has no embedded
# broker: 'up' and 'demo' are in cli/target/tollgate.
#   mvn -DskipTests package && docker build -t tollgate .
# From an unpacked release: docker build --build-arg RELEASE=. -f Dockerfile -t tollgate RELEASE_FOLDER
FROM eclipse-temurin:25-jre

ARG RELEASE=cli/target/tollgate-roles

RUN groupadd --system --gid 10001 tollgate \
 && useradd --system --uid 10001 --gid tollgate --home-dir /var/lib/tollgate --create-home tollgate

COPY --chown=root:root ${RELEASE}/bin /opt/tollgate/bin
COPY --chown=root:root ${RELEASE}/lib /opt/tollgate/lib
COPY --chown=root:root ${RELEASE}/plans /opt/tollgate/plans
COPY --chown=root:root ${RELEASE}/queries /opt/tollgate/queries
COPY --chown=root:root ${RELEASE}/LICENSE ${RELEASE}/THIRD-PARTY.md /opt/tollgate/

ENV PATH=/opt/tollgate/bin:$PATH
USER tollgate
WORKDIR /var/lib/tollgate
VOLUME /var/lib/tollgate
ENTRYPOINT ["tollgate"]
CMD ["--help"]
