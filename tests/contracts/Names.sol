// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// Knows who answers for names, as the registry of ENS does.
contract NameRegistry {
    mapping(bytes32 => address) public resolver;

    function setResolver(bytes32 node, address to) external {
        resolver[node] = to;
    }
}

/// Answers for single names.
contract NameResolver {
    mapping(bytes32 => address) public addr;

    function setAddr(bytes32 node, address to) external {
        addr[node] = to;
    }
}

/// Answers for all names below its own with the address that their first part begins with, and for
/// those that begin with `x` somewhere else.
contract TreeResolver {
    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callback, bytes extra);

    function resolve(bytes calldata name, bytes calldata) external view returns (bytes memory) {
        if (name[1] == "x") {
            revert OffchainLookup(address(this), new string[](0), "", 0x00000000, "");
        }
        return abi.encode(address(uint160(uint8(name[1]))));
    }
}
