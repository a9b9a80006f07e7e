/* test_engine_seeds.c: a thousand seeds of calls, lost connections and bad paths: no event is lost, doubled or out of order,
 * every command has one result, no packet comes twice. TCCC_SEED=n runs one seed, TCCC_SEEDS=n so many. Layer: tests. */
#include "cmocka_all.h"
#include "seat_simulation.h"

#define SECONDS 60

static void act_agent(sim *m) {
    static const char *const options[] = { "{\"status\":\"free\"}", "{\"status\":\"rest\"}", "{\"status\":\"arrange\"}",
                                           "{\"status\":\"notReady\"}", "{\"status\":\"stopNotReady\"}" };
    if (sim_random(m, 2)) sim_command(m, "Agent.online", "{}");
    else sim_command(m, "Agent.setStatus", options[sim_random(m, 5)]);
}

static void act_call(sim *m) {
    static const char *const commands[] = { "Call.accept", "Call.hungUp", "Call.deleteCall", "Call.muteMic", "Call.unmuteMic",
                                            "Call.hold", "Call.unHold", "Call.end", "Call.isMicMuted" };
    char id[40];
    snprintf(id, sizeof id, "session-%u", m->server.n_sessions - sim_random(m, m->server.n_sessions < 3 ? m->server.n_sessions + 1 : 3));
    sim_session_command(m, commands[sim_random(m, 9)], id);
}

static void act_page(sim *m) {
    switch (sim_random(m, 4)) {
    case 0: act_agent(m); break;
    case 1: sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}"); break;
    default: act_call(m);
    }
}

static void act_server_call(sim *m, server_call *call) {
    static const char *const reasons[] = { "busy", "notAnswer", "userReject" };
    uint32_t what = sim_random(m, 6);
    if (call->way == WIRE_WAY_IN && call->state == WIRE_OFFERED) {
        if (what < 2) server_end(&m->server, call, WIRE_BY_CLIENT, NULL, NULL);
    } else if (call->state == WIRE_DIALING || call->state == WIRE_RINGING) {
        if (what == 0) server_end(&m->server, call, WIRE_BY_ADMIN, reasons[sim_random(m, 3)], NULL);
        else if (what < 3 && call->state == WIRE_DIALING) server_progress(&m->server, call, what == 1);
        else if (what > 3) server_talk(&m->server, call);
    } else if (call->state == WIRE_TALKING && what < 2) {
        server_end(&m->server, call, WIRE_BY_CLIENT, NULL, NULL);
    }
}

static void act_server(sim *m) {
    if (!m->server.has_seat) return;
    for (int i = 0; i < SERVER_CALLS; i++)
        if (m->server.calls[i].used && m->server.calls[i].state != WIRE_ENDED) act_server_call(m, &m->server.calls[i]);
    if (m->server.agent == AGENT_FREE && sim_random(m, 3) == 0) server_call_in(&m->server, "13900000002");
    server_answer_waiting(&m->server);
    m->server.slow = sim_random(m, 8) == 0;
}

static void act_network(sim *m) {
    static const int delays_ms[] = { 5, 30, 150 };
    switch (sim_random(m, 8)) {
    case 0: sim_cut(m, sim_random(m, 2)); break;
    case 1: m->down = true; sim_cut(m, sim_random(m, 2)); break;
    case 2: m->path_down[sim_random(m, 3)] ^= true; break;
    case 3: m->delay_ms = delays_ms[sim_random(m, 3)]; m->jitter_ms = (int)sim_random(m, 60); break;
    case 4: m->loss_percent = (int)sim_random(m, 15); m->doubling_percent = (int)sim_random(m, 20); break;
    default: m->down = false;
    }
}

/* Every packet is unlike every other of its run: 16 bits that count. */
static void act_sound(sim *m, unsigned n) {
    const uint8_t packet[2] = { (uint8_t)(n >> 8), (uint8_t)n };
    uint8_t header[CARRIER_HEADER], frame[CARRIER_HEADER + 2];
    tccc_engine_packet(m->engine, 0, packet, 2, m->now_ms);
    sim_drain(m);
    uint8_t paths = carrier_send(&m->server.carrier, 0, header);
    memcpy(frame, header, CARRIER_HEADER);
    memcpy(frame + CARRIER_HEADER, packet, 2);
    for (int i = 0; i < CARRIER_PATHS; i++)
        if (paths >> i & 1) sim_frame(m, SIM_FRAME_DOWN, i, frame, sizeof frame);
}

static int compare_events(const sim *m) {
    static const char *const own[] = { "ready", "connectionLost", "reconnecting", "reconnected", "mediaPath", "sessionCompleted", "error" };
    int next = 0;
    for (int i = 0; i < m->n_records; i++) {
        bool ours = m->records[i].kind != TCCC_OUT_EVENT;
        for (size_t k = 0; k < sizeof own / sizeof *own; k++) {
            char part[48];
            snprintf(part, sizeof part, "{\"event\":\"%s\"", own[k]);
            ours |= strncmp(m->records[i].text, part, strlen(part)) == 0;
        }
        if (ours) continue;
        if (next < m->server.n_log && strcmp(m->records[i].text, m->server.log[next]) == 0) {
            next++;
            continue;
        }
        if (getenv("TCCC_SEED"))
            for (int k = 0; k <= i; k++) print_message("%s\n", m->records[k].text);
        print_error("event %d: told %s, expected %s\n", next, m->records[i].text, next < m->server.n_log ? m->server.log[next] : "nothing");
        return 1;
    }
    if (next == m->server.n_log) return 0;
    print_error("event %d of %d was not told: %s\n", next, m->server.n_log, m->server.log[next]);
    return 1;
}

static int count_results(const sim *m) {
    for (uint32_t id = 1; id <= m->next_id; id++) {
        char part[32];
        snprintf(part, sizeof part, "{\"id\":%u,", id);
        int n = sim_count(m, TCCC_OUT_RESULT, part);
        if (n == 1) continue;
        print_error("command %u has %d results\n", id, n);
        return 1;
    }
    return 0;
}

static int run_seed(uint64_t seed) {
    sim *m = sim_new(seed);
    unsigned apart = 0; /* without signalling; never for the whole resume window */
    for (unsigned n = 0; n < SECONDS * 10; n++) {
        if (sim_random(m, 15) == 0) act_page(m);
        if (sim_random(m, 10) == 0) act_server(m);
        if (sim_random(m, 40) == 0 && apart <= 250) act_network(m);
        apart = m->server.greeted ? 0 : apart + 1;
        if (apart > 250) m->down = false;
        act_sound(m, n);
        sim_run(m, 100);
    }
    m->down = false;
    m->server.slow = false;
    sim_run(m, 30000);
    server_answer_waiting(&m->server);
    sim_run(m, 15000);
    int wrong = compare_events(m) + count_results(m) + (m->doubled_packets != 0);
    if (m->doubled_packets) print_error("%u packets came twice\n", m->doubled_packets);
    if (sim_count(m, TCCC_OUT_EVENT, "\"event\":\"ready\"") != 1) wrong++, print_error("ready fired not once\n");
    sim_free(m);
    return wrong;
}

static void no_event_is_lost_doubled_or_out_of_order_and_every_command_has_one_result(void **state) {
    (void)state;
    const char *one = getenv("TCCC_SEED"), *many = getenv("TCCC_SEEDS");
    uint64_t first = one ? strtoull(one, NULL, 10) : 1, last = one ? first : many ? strtoull(many, NULL, 10) : 1000;
    for (uint64_t seed = first; seed <= last; seed++) {
        if (run_seed(seed) == 0) continue;
        print_error("seed %llu fails: TCCC_SEED=%llu\n", (unsigned long long)seed, (unsigned long long)seed);
        fail();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_event_is_lost_doubled_or_out_of_order_and_every_command_has_one_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
