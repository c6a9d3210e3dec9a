// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// Makes calls as itself, each with coins of its own, as the well-known Multicall3 does.
contract Multicalls {
    struct Call {
        address target;
        bool mayFail;
        uint256 value;
        bytes data;
    }

    struct Result {
        bool success;
        bytes returned;
    }

    function aggregate3Value(Call[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        uint256 left = msg.value;
        for (uint256 i = 0; i < calls.length; i++) {
            left -= calls[i].value;
            (bool success, bytes memory returned) = calls[i].target.call{value: calls[i].value}(calls[i].data);
            require(success || calls[i].mayFail, "Multicalls: a call failed");
            results[i] = Result(success, returned);
        }
        require(left == 0, "Multicalls: coins are left");
    }
}
