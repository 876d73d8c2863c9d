/* SPDX-License-Identifier: MIT */
#include "net/rpc_parse.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_id(const char *line, const char *id)
{
    struct rpc_request request;
    struct rpc_failure failure = {0};

    assert_true(rpc_parse(BYTES_TEXT(line), &request, &failure));
    assert_true(request.has_id);
    assert_string_equal(request.id, id);
    assert_string_equal(request.method, "node.info");
    rpc_request_done(&request);
}

static void an_id_comes_back_as_it_was_given(void **state)
{
    (void)state;
    assert_id("{\"jsonrpc\":\"2.0\",\"method\":\"node.info\",\"id\":7}", "7");
    assert_id("{\"jsonrpc\":\"2.0\",\"method\":\"node.info\",\"id\":-9223372036854775808}", "-9223372036854775808");
    assert_id("{\"jsonrpc\":\"2.0\",\"method\":\"node.info\",\"id\":\"a\\\"\\u0001\xC3\xBC\"}",
              "\"a\\\"\\u0001\xC3\xBC\"");
    assert_id("{\"jsonrpc\":\"2.0\",\"method\":\"node.info\",\"id\":null}", "null");
}

static void an_id_of_the_longest_escapes_still_fits(void **state)
{
    char line[1024] = "{\"jsonrpc\":\"2.0\",\"method\":\"node.info\",\"id\":\"";
    struct rpc_request request;
    struct rpc_failure failure = {0};

    (void)state;
    for (int i = 0; i < RPC_ID_MAX; i++)
        strcat(line, "\\u0001");
    strcat(line, "\"}");
    assert_true(rpc_parse(BYTES_TEXT(line), &request, &failure));
    assert_int_equal(strlen(request.id), RPC_ID_MAX * 6 + 2);
    rpc_request_done(&request);
}

static void without_id_it_is_a_notification(void **state)
{
    struct rpc_request request;
    struct rpc_failure failure = {0};

    (void)state;
    assert_true(rpc_parse(BYTES_TEXT(" {\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{}}\r"), &request, &failure));
    assert_false(request.has_id);
    assert_non_null(request.params);
    rpc_request_done(&request);
}

static void assert_refused(const char *line, enum rpc_number number, const char *id)
{
    struct rpc_request request;
    struct rpc_failure failure = {0};

    assert_false(rpc_parse(BYTES_TEXT(line), &request, &failure));
    assert_int_equal(failure.number, number);
    assert_int_equal(failure.code, ERR_MALFORMED);
    assert_string_equal(request.id, id);
    rpc_request_done(&request);
}

static void what_is_not_json_is_told_from_what_is_no_request(void **state)
{
    (void)state;
    assert_refused("", RPC_NOT_JSON, "null");
    assert_refused("nonsense", RPC_NOT_JSON, "null");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"method\":\"y\",\"id\":1}", RPC_NOT_JSON, "null");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"\xFF\",\"id\":1}", RPC_NOT_JSON, "null");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":1} {}", RPC_NOT_JSON, "null");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\\u0000\",\"id\":1}", RPC_NOT_JSON, "null");

    assert_refused("[]", RPC_NOT_A_REQUEST, "null");
    assert_refused("[{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":1}]", RPC_NOT_A_REQUEST, "null");
    assert_refused("{\"method\":\"x\",\"id\":1}", RPC_NOT_A_REQUEST, "1");
    assert_refused("{\"jsonrpc\":\"1.0\",\"method\":\"x\",\"id\":1}", RPC_NOT_A_REQUEST, "1");
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1}", RPC_NOT_A_REQUEST, "1");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":5,\"id\":1}", RPC_NOT_A_REQUEST, "1");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":1,\"params\":[]}", RPC_NOT_A_REQUEST, "1");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":1,\"more\":1}", RPC_NOT_A_REQUEST, "1");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":1.5}", RPC_NOT_A_REQUEST, "null");
    assert_refused("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":{}}", RPC_NOT_A_REQUEST, "null");
    assert_refused(
        "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":\"0123456789012345678901234567890123456789012345678901234"
        "5678901234\"}",
        RPC_NOT_A_REQUEST, "null");
}

static void a_request_cut_anywhere_is_none(void **state)
{
    const char whole[] =
        "{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"message.send\",\"params\":{\"text\":\"\xC3\xBC\"}}";

    (void)state;
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        struct rpc_request request;
        struct rpc_failure failure = {0};
        uint8_t cut[sizeof whole];
        memcpy(cut, whole, size);
        assert_false(rpc_parse((struct bytes){cut, size}, &request, &failure));
        rpc_request_done(&request);
    }
}

static void deep_nesting_is_refused_and_harms_nothing(void **state)
{
    static char line[100001];
    struct rpc_request request;
    struct rpc_failure failure = {0};

    (void)state;
    memset(line, '[', sizeof line - 1);
    assert_false(rpc_parse(BYTES_TEXT(line), &request, &failure));
    assert_int_equal(failure.number, RPC_NOT_JSON);
    rpc_request_done(&request);
}

static void every_error_has_a_hint(void **state)
{
    (void)state;
    for (int err = OK + 1; err < ERROR_COUNT; err++)
        assert_true(strlen(rpc_error_hint((enum error)err)) > 0);
}

static void the_first_failure_is_kept(void **state)
{
    struct rpc_failure failure = {0};

    (void)state;
    rpc_error_refuse(&failure, OK);
    assert_int_equal(failure.number, RPC_FINE);
    rpc_error_refuse(&failure, ERR_NOT_FOUND);
    rpc_error_set(&failure, RPC_WRONG_PARAMS, ERR_USAGE, "later");
    assert_int_equal(failure.number, RPC_REFUSED);
    assert_int_equal(failure.code, ERR_NOT_FOUND);
    assert_string_equal(failure.message, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_comes_back_as_it_was_given),
        cmocka_unit_test(an_id_of_the_longest_escapes_still_fits),
        cmocka_unit_test(without_id_it_is_a_notification),
        cmocka_unit_test(what_is_not_json_is_told_from_what_is_no_request),
        cmocka_unit_test(a_request_cut_anywhere_is_none),
        cmocka_unit_test(deep_nesting_is_refused_and_harms_nothing),
        cmocka_unit_test(every_error_has_a_hint),
        cmocka_unit_test(the_first_failure_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
